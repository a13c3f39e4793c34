# SPDX-License-Identifier: Apache-2.0
# Tests and slower targets; included by Makefile.am. One cmocka program per source file, a
# harness and a corpus per parser, the built modules in tests/plugin.
tests_support_libsupport_la_SOURCES = tests/support/arena.c tests/support/arena.h \
	tests/support/config_fixture.c \
	tests/support/config_fixture.h tests/support/example_certs.h tests/support/example_keys.h tests/support/nss_child.c \
	tests/support/nss_child.h tests/support/nss_module.c \
	tests/support/nss_module.h tests/support/pam_world.c tests/support/pam_world.h \
	tests/support/paths_test.c tests/support/paths_test.h tests/support/people_fixture.c \
	tests/support/people_fixture.h tests/support/reader_bench.c \
	tests/support/reader_bench.h tests/support/scratch.c tests/support/scratch.h \
	tests/support/self.h tests/support/world_fixture.c tests/support/world_fixture.h
unit_tests = tests/unit/test_access tests/unit/test_adaptive tests/unit/test_agentfile tests/unit/test_audit tests/unit/test_audit_chain \
	tests/unit/test_audit_rate \
	tests/unit/test_doors \
	tests/unit/test_json_strict \
	tests/unit/test_no_memory \
	tests/unit/test_world_former \
	tests/unit/test_spool \
	tests/unit/test_authinfo tests/unit/test_tunnel tests/unit/test_bucket tests/unit/test_client \
	tests/unit/test_config tests/unit/test_config_lines tests/unit/test_decide \
	tests/unit/test_directory_json tests/unit/test_ec2 tests/unit/test_endpoints \
	tests/unit/test_file tests/unit/test_freshness tests/unit/test_homes tests/unit/test_iam_details \
	tests/unit/test_iam_parse tests/unit/test_idmap tests/unit/test_imds_parse \
	tests/unit/test_keys_answer tests/unit/test_keysfile tests/unit/test_keystore \
	tests/unit/test_local tests/unit/test_mapping tests/unit/test_policy \
	tests/unit/test_pool \
	tests/unit/test_loss tests/unit/test_owner tests/unit/test_process tests/unit/test_procs \
	tests/unit/test_publish tests/unit/test_published \
	tests/unit/test_reader tests/unit/test_reader_generations tests/unit/test_record \
	tests/unit/test_refresh_rings \
	tests/unit/test_rules \
	tests/unit/test_sessionfile \
	tests/unit/test_sigv4 tests/unit/test_snapshot \
	tests/unit/test_sshkey tests/unit/test_sts tests/unit/test_text \
	tests/unit/test_verdict \
	tests/unit/test_wire \
	tests/unit/test_world tests/unit/test_world_claims \
	tests/unit/test_world_ids \
	tests/unit/test_world_shared \
	tests/unit/test_xml
unit_tests += tests/unit/test_enable_text tests/unit/test_guardrails tests/unit/test_pam_stack
unit_tests += tests/unit/test_caller tests/unit/test_certificate tests/unit/test_chain \
	tests/unit/test_sshcert
fuzz_names = fuzz_agentfile fuzz_authinfo fuzz_config fuzz_directory_json fuzz_eic_blob fuzz_eic_chain \
	fuzz_iam_xml fuzz_imds_json \
	fuzz_keysfile fuzz_rule \
	fuzz_sessionfile \
	fuzz_snapshot fuzz_sshcert fuzz_sshkey fuzz_tunnel fuzz_wire
replay_tests = tests/fuzz/replay_agentfile tests/fuzz/replay_authinfo tests/fuzz/replay_config \
	tests/fuzz/replay_directory_json tests/fuzz/replay_eic_blob \
	tests/fuzz/replay_eic_chain tests/fuzz/replay_iam_xml tests/fuzz/replay_imds_json \
	tests/fuzz/replay_keysfile tests/fuzz/replay_rule \
	tests/fuzz/replay_sessionfile \
	tests/fuzz/replay_snapshot \
	tests/fuzz/replay_sshcert tests/fuzz/replay_sshkey tests/fuzz/replay_tunnel \
	tests/fuzz/replay_wire
tests_fuzz_replay_agentfile_SOURCES = tests/fuzz/fuzz_agentfile.c tests/fuzz/replay_main.c
tests_fuzz_replay_authinfo_SOURCES = tests/fuzz/fuzz_authinfo.c tests/fuzz/replay_main.c
tests_fuzz_replay_config_SOURCES = tests/fuzz/fuzz_config.c tests/fuzz/replay_main.c
tests_fuzz_replay_directory_json_SOURCES = tests/fuzz/fuzz_directory_json.c tests/fuzz/replay_main.c
tests_fuzz_replay_eic_blob_SOURCES = tests/fuzz/fuzz_eic_blob.c tests/fuzz/replay_main.c
tests_fuzz_replay_eic_chain_SOURCES = tests/fuzz/fuzz_eic_chain.c tests/fuzz/eic_root.h \
	tests/fuzz/replay_main.c
tests_fuzz_replay_iam_xml_SOURCES = tests/fuzz/fuzz_iam_xml.c tests/fuzz/replay_main.c
tests_fuzz_replay_imds_json_SOURCES = tests/fuzz/fuzz_imds_json.c tests/fuzz/replay_main.c
tests_fuzz_replay_keysfile_SOURCES = tests/fuzz/fuzz_keysfile.c tests/fuzz/replay_main.c
tests_fuzz_replay_rule_SOURCES = tests/fuzz/fuzz_rule.c tests/fuzz/replay_main.c
tests_fuzz_replay_sessionfile_SOURCES = tests/fuzz/fuzz_sessionfile.c tests/fuzz/replay_main.c
tests_fuzz_replay_snapshot_SOURCES = tests/fuzz/fuzz_snapshot.c tests/fuzz/replay_main.c
tests_fuzz_replay_sshcert_SOURCES = tests/fuzz/fuzz_sshcert.c tests/fuzz/replay_main.c
tests_fuzz_replay_sshkey_SOURCES = tests/fuzz/fuzz_sshkey.c tests/fuzz/replay_main.c
tests_fuzz_replay_tunnel_SOURCES = tests/fuzz/fuzz_tunnel.c tests/fuzz/replay_main.c
tests_fuzz_replay_wire_SOURCES = tests/fuzz/fuzz_wire.c tests/fuzz/replay_main.c
# the directory over S3
unit_tests += \
	tests/unit/test_blob \
	tests/unit/test_config_fleet \
	tests/unit/test_fleet_pace \
	tests/unit/test_manifest \
	tests/unit/test_publisher \
	tests/unit/test_s3
fuzz_names += \
	fuzz_blob \
	fuzz_manifest
replay_tests += \
	tests/fuzz/replay_blob \
	tests/fuzz/replay_manifest
tests_fuzz_replay_blob_SOURCES = tests/fuzz/fuzz_blob.c tests/fuzz/replay_main.c
tests_fuzz_replay_manifest_SOURCES = tests/fuzz/fuzz_manifest.c tests/fuzz/replay_main.c
tests_support_libsupport_la_SOURCES += tests/support/fleet_keys.h
plugin_programs = tests/plugin/net_probe tests/plugin/test_nss_callers tests/plugin/test_nss_calls \
	tests/plugin/test_nss_damage tests/plugin/test_nss_enum tests/plugin/test_nss_lengths \
	tests/plugin/test_nss_module tests/plugin/test_nss_process tests/plugin/tst_pam_retval \
	tests/plugin/tst_pam_truth \
	tests/plugin/tst_pam_unreadable \
	tests/stress/nss_stress tests/stress/writer_kills
plugin_tests = tests/plugin/check_rooms.sh tests/plugin/check_exports.sh \
	tests/plugin/check_style.sh tests/plugin/check_man.sh tests/plugin/check_shell.sh \
	tests/plugin/eic_against_emulator.sh tests/plugin/net_against_emulator.sh \
	tests/plugin/nss_module.sh tests/plugin/nss_other_abi.sh tests/plugin/pam_retval.sh
plugin_tests += tests/plugin/check_units.sh tests/plugin/check_truth.sh \
	tests/plugin/pam_truth.sh tests/plugin/pam_unreadable.sh
# made by tests/bench/aws_cost.sh, and by make fleet-sim
EXTRA_PROGRAMS = tests/bench/aws_day tests/bench/fleet_sim
tests_bench_fleet_sim_LDADD = $(daemon_libs) -lm
if HAVE_CMOCKA
check_LTLIBRARIES = tests/support/libsupport.la
check_PROGRAMS = $(unit_tests) $(replay_tests) $(plugin_programs)
TESTS = $(unit_tests) tests/fuzz/replay.sh $(plugin_tests)
endif
LDADD = tests/support/libsupport.la pam/libparts.la keys/libparts.la warden/libparts.la \
	cli/libparts.la \
	$(daemon_libs) $(CMOCKA_LIBS) $(PAM_LIBS) -lpthread -ldl -lrt
AM_TESTS_ENVIRONMENT = BUILDDIR='$(abs_top_builddir)' SRCDIR='$(abs_top_srcdir)' \
	CC='$(CC)'; export BUILDDIR SRCDIR CC;
EXTRA_DIST = LICENSE README.md HACKING.md NEWS.md SECURITY.md .clang-format .editorconfig \
	.ci/run check.sh demo.sh nss/nss.map pam/pam.map tests/data/sigv4-vectors \
	tests/fuzz/corpus $(man_sources) \
	packaging/tmpfiles.d/iamlogin.conf.in packaging/systemd/iamlogind.service.in packaging/systemd/iamlogind.socket.in \
	packaging/systemd/iamlogin-warden.path.in packaging/systemd/iamlogin-warden.service.in \
	packaging/systemd/iamlogin-warden-sessions.service.in \
	packaging/sshd_config.d/00-iamlogin.conf.in \
	packaging/systemd/iamlogin-rollback.service.in \
	packaging/systemd/iamlogin-imds-fence.service.in
EXTRA_DIST += packaging/rpm.sh packaging/rpm/iamlogin.spec.in packaging/selinux/iamlogin.te \
	packaging/selinux/iamlogin.fc packaging/packer/iamlogin.pkr.hcl \
	packaging/cloud-init/user-data.yaml packaging/logs/cloudwatch-agent.json \
	packaging/logs/fluent-bit.conf packaging/logs/cloudtrail.sql packaging/smoke/al2023.sh \
	packaging/authselect/iamlogin/README packaging/authselect/iamlogin/REQUIREMENTS \
	packaging/authselect/iamlogin/system-auth packaging/authselect/iamlogin/password-auth \
	packaging/authselect/iamlogin/postlogin packaging/authselect/iamlogin/nsswitch.conf \
	doc/guide tests/boot/golden_image.sh tests/boot/golden_images.sh tests/boot/warden_units.sh \
	tests/boot/start_again.sh \
	tests/boot/boot_cost.sh tests/boot/time_to_sshd.sh \
	tests/packaging/extras.sh tests/packaging/rpm.sh tests/plugin/check_units.sh \
	tests/support/boot.sh tests/support/golden_root.sh
EXTRA_DIST += tests/data/enable tests/packaging/deb.sh tests/packaging/deb_inside.sh \
	tests/support/chroot.sh
EXTRA_DIST += packaging/deb.sh packaging/debian/changelog packaging/debian/control \
	packaging/debian/copyright packaging/debian/iamlogin.docs \
	packaging/debian/iamlogin.install packaging/debian/iamlogin.lintian-overrides packaging/debian/iamlogin.logrotate \
	packaging/debian/iamlogin.postinst packaging/debian/iamlogin.postrm \
	packaging/debian/iamlogin.prerm packaging/debian/libnss-iamlogin.install \
	packaging/debian/libnss-iamlogin.lintian-overrides \
	packaging/debian/libnss-iamlogin.manpages packaging/debian/libpam-iamlogin.install \
	packaging/debian/libpam-iamlogin.lintian-overrides \
	packaging/debian/libpam-iamlogin.manpages packaging/debian/libpam-iamlogin.postinst \
	packaging/debian/libpam-iamlogin.prerm packaging/debian/not-installed \
	packaging/debian/rules packaging/debian/source/format
EXTRA_DIST += \
	packaging/terraform/session-manager/document.tf \
	packaging/terraform/session-manager/instance.tf \
	packaging/terraform/session-manager/outputs.tf \
	packaging/terraform/session-manager/people.tf \
	packaging/terraform/session-manager/variables.tf \
	packaging/terraform/session-manager/versions.tf
EXTRA_DIST += doc/bench/README.md doc/bench/aws.md doc/bench/nss.json doc/bench/nss.svg \
	tests/aws/README.md tests/aws/checks/__init__.py tests/aws/checks/__main__.py \
	tests/aws/checks/bench.py tests/aws/checks/failures.py tests/aws/checks/keys.py \
	tests/aws/checks/metadata.py tests/aws/checks/people.py tests/aws/checks/signing.py \
	tests/aws/directory.json tests/aws/emulated/__init__.py tests/aws/emulated/auth.py \
	tests/aws/emulated/aws.py tests/aws/emulated/control.py \
	tests/aws/emulated/credentials.py tests/aws/emulated/directory.py \
	tests/aws/emulated/eic.py tests/aws/emulated/eic_api.py \
	tests/aws/emulated/eic_chain.py tests/aws/emulated/faults.py tests/aws/emulated/iam_read.py \
	tests/aws/emulated/iam_write.py tests/aws/emulated/imds.py \
	tests/aws/emulated/instance.py tests/aws/emulated/kms.py tests/aws/emulated/query.py \
	tests/aws/emulated/s3.py tests/aws/emulated/server.py \
	tests/aws/emulated/sigv4.py tests/aws/emulated/sshkeys.py tests/aws/emulated/sts_ec2.py \
	tests/aws/emulated/world.py tests/aws/emulator tests/aws/test_emulator.sh \
	tests/bench/aws_cost.sh tests/bench/aws_cost_inside.sh tests/bench/aws_day.c \
	tests/bench/keys_bench.py tests/bench/keys_bench.sh tests/bench/keys_bench_inside.sh \
	tests/bench/login_pairs.py tests/bench/login_pairs.sh tests/bench/login_pairs_inside.sh \
	tests/bench/nss_bench.c tests/bench/nss_bench.h tests/bench/nss_bench_calls.c \
	tests/bench/nss_bench_cases.c tests/bench/nss_bench_trace.c tests/bench/nss_dataset.c \
	tests/bench/session_manager.sh tests/bench/session_manager_id.c \
	tests/bench/session_manager_inside.sh \
	tests/bench/nss_floor.c tests/bench/nss_lookups.c tests/bench/nss_peers.py \
	tests/bench/nss_peers.sh tests/bench/nss_peers_data.py tests/bench/nss_peers_inside.sh \
	tests/bench/nss_peers_plot.py tests/bench/nss_peers_report.py \
	tests/bench/nss_peers_root.sh tests/data/directory.json \
	tests/e2e/socket_is_passed.sh tests/distros/module_apart.sh \
	tests/selinux/enforcing.sh tests/selinux/selinux_vm.sh \
	tests/selinux/policy.sh tests/selinux/policy_facts.py \
	tests/selinux/vm_root.sh \
	tests/e2e/aws_errors_remove_nobody.sh tests/e2e/aws_is_ill.sh tests/e2e/aws_is_silent.sh \
	tests/e2e/aws_lies.sh tests/e2e/aws_names_do_not_resolve.sh \
	tests/e2e/aws_throttles.sh tests/e2e/bad_config_denies_people_only.sh \
	tests/e2e/certificates.sh \
	tests/e2e/clone_drops_the_cache.sh tests/e2e/credentials_come_and_go.sh \
	tests/e2e/daemon_dead_or_wedged.sh tests/e2e/details_lists_five_thousand.sh \
	tests/e2e/file_source_without_aws.sh tests/e2e/fips_and_dual_stack.sh tests/e2e/full_disk_loses_no_decision.sh tests/e2e/hostile_texts_stay_texts.sh tests/e2e/names_that_are_nobodys.sh tests/e2e/withdrawn_sudo_is_refused.sh \
	tests/e2e/first_login.sh \
	tests/e2e/imds_over_ipv6.sh tests/e2e/instance_connect.sh tests/e2e/metrics_for_prometheus.sh \
	tests/e2e/keys_at_once.sh \
	tests/e2e/keys_are_chained.sh tests/e2e/keys_while_imds_is_dark.sh \
	tests/e2e/no_secret_anywhere.sh tests/e2e/nothing_is_written_to_the_system_files.sh \
	tests/e2e/revocation_ends_sessions.sh tests/e2e/revocation_while_logging_in.sh \
	tests/e2e/session_manager_owner.sh tests/e2e/session_manager_ssh.sh \
	tests/e2e/doctor_session_manager.sh tests/e2e/session_manager_runas.sh tests/e2e/warden_homes.sh \
	tests/e2e/warden_races.sh \
	tests/e2e/explain_answers_why.sh tests/e2e/local_accounts_closed.sh \
	tests/e2e/mapping_and_scope.sh tests/mutation/equivalent.txt tests/mutation/mutate.py \
	tests/mutation/coverage.sh \
	tests/distros/revocation.sh \
	tests/distros/run.sh \
	tests/distros/stacks.sh \
	tests/bench/pam_bench.c \
	tests/bench/pam_bench.sh \
	tests/bench/pam_bench_inside.sh \
	tests/bench/pam_bench_root.sh \
	tests/e2e/audit_counts_floods.sh \
	tests/e2e/shared_account.sh \
	tests/e2e/restart_without_aws.sh tests/e2e/role_in_another_account.sh \
	tests/e2e/scoped_listing_says_how_far.sh \
	tests/e2e/freshness_by_phase.sh \
	tests/e2e/unknown_names_cost_nothing.sh tests/e2e/ways_in.sh tests/e2e/who_names_the_person.sh \
	tests/e2e/without_aws.sh \
	tests/faults/fail_calls.c tests/faults/fail_nth.c tests/faults/fail_nth.h \
	tests/faults/fail_turn.h tests/faults/fake_daemon.c tests/faults/fake_daemon.h \
	tests/faults/nth_failure.sh tests/faults/sweep.c tests/faults/sweep.h \
	tests/faults/sweep_keys.c tests/faults/sweep_nss.c tests/faults/sweep_pam.c \
	tests/fuzz/make_eic_corpus.py tests/fuzz/replay.sh tests/fuzz/run.sh tests/plugin/check_exports.sh \
	tests/plugin/check_man.sh tests/plugin/check_rooms.sh tests/plugin/check_shell.sh \
	tests/plugin/check_style.sh tests/plugin/eic_against_emulator.sh tests/plugin/in_namespace.sh \
	tests/plugin/net_against_emulator.sh tests/plugin/nss_module.sh tests/plugin/nss_other_abi.sh \
	tests/plugin/nss_who.c \
	tests/plugin/check_truth.sh tests/plugin/pam_truth.sh tests/data/pam_truth.tsv \
	tests/plugin/pam_retval.sh tests/plugin/pam_unreadable.sh tests/plugin/syscalls.h tests/stress/nss_caches.sh \
	tests/soak/aws_soak.sh tests/soak/aws_soak_inside.sh tests/support/aws_faults.sh \
	tests/stress/nss_stress.sh tests/support/build.sh tests/support/claims.sh \
	tests/support/distro_build.sh tests/support/distro_root.sh \
	tests/support/demo_inside.sh tests/support/dns.py tests/support/instance.sh \
	tests/support/instance_lib.sh tests/support/instance_setup.sh tests/support/logsink.py \
	tests/support/make_directory.sh tests/support/packages.sh tests/support/people.json \
	tests/support/root.sh

EXTRA_DIST += \
	tests/e2e/fleet_age_counts_from_issue.sh \
	tests/e2e/fleet_egress_is_s3_alone.sh \
	tests/e2e/fleet_guards.sh \
	tests/e2e/fleet_host_reads_s3.sh \
	tests/e2e/fleet_publisher.sh \
	tests/e2e/fleet_revocation_ends_sessions.sh \
	tests/e2e/fleet_two_publishers.sh \
	tests/e2e/instance_tags_are_followed.sh \
	tests/e2e/keys_are_fetched_ahead.sh \
	tests/support/fleet_lib.sh \
	tests/aws/s3rver.js \
	tests/aws/test_s3rver.sh \
	tests/bench/fleet_cost.sh \
	tests/bench/fleet_sim.c \
	tests/bench/fleet_sim_report.py \
	doc/fleet/README.md \
	doc/fleet/fleet-sim.svg \
	packaging/terraform

FUZZ_SECONDS = 60
fuzz: all
	CLANG='$(CLANG_FUZZ)' FUZZ_SECONDS=$(FUZZ_SECONDS) \
		$(srcdir)/tests/fuzz/run.sh $(abs_top_srcdir) $(abs_top_builddir)/fuzz $(fuzz_names)
stress: all
	$(MAKE) $(AM_MAKEFLAGS) $(check_LTLIBRARIES) $(plugin_programs)
	BUILDDIR='$(abs_top_builddir)' SRCDIR='$(abs_top_srcdir)' \
		$(srcdir)/tests/stress/nss_stress.sh
	BUILDDIR='$(abs_top_builddir)' SRCDIR='$(abs_top_srcdir)' \
		$(srcdir)/tests/stress/nss_caches.sh
SOAK_SECONDS = 900
soak: all
	$(srcdir)/tests/soak/aws_soak.sh $(abs_top_builddir) $(SOAK_SECONDS)
PAIRS = 200
CALLS = 3000
bench: bench-login bench-pam bench-keys bench-session-manager bench-aws bench-nss
bench-login:
	$(srcdir)/tests/bench/login_pairs.sh $(PAIRS)
bench-pam:
	$(srcdir)/tests/bench/pam_bench.sh $(CALLS)
bench-session-manager:
	$(srcdir)/tests/bench/session_manager.sh
# MUTATION: options of mutate.py, such as --only daemon/rules.c
mutation: all
	python3 $(srcdir)/tests/mutation/mutate.py . $(MUTATION)
coverage:
	$(srcdir)/tests/mutation/coverage.sh
bench-aws: all
	$(srcdir)/tests/bench/aws_cost.sh $(abs_top_builddir)
bench-keys:
	$(srcdir)/tests/bench/keys_bench.sh 100 20
bench-nss:
	$(srcdir)/tests/bench/nss_peers.sh --json $(srcdir)/doc/bench/nss.json \
		--svg $(srcdir)/doc/bench/nss.svg
fleet-sim: all
	$(MAKE) $(AM_MAKEFLAGS) tests/bench/fleet_sim
	tests/bench/fleet_sim >fleet-sim.json
	$(srcdir)/tests/bench/fleet_sim_report.py fleet-sim.json $(srcdir)/doc/fleet/README.md \
		$(srcdir)/doc/fleet/fleet-sim.svg
# the unit tests alone: what a builder of a release can run without root or network
check-units:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(unit_tests)'
# all that we support; SUITES are those that are booted
DISTROS = bullseye bookworm trixie
e2e-distros: dist
	$(srcdir)/tests/distros/run.sh $(distdir).tar.xz $(DISTROS)
format-check:
	cd $(srcdir) && clang-format --dry-run -Werror common/*.[ch] nss/*.[ch] pam/*.[ch] \
		keys/*.[ch] daemon/*.[ch] warden/*.[ch] cli/*.[ch]
distclean-local:
	rm -rf fuzz

.PHONY: bench bench-aws bench-keys bench-login bench-nss bench-pam bench-session-manager
.PHONY: coverage fleet-sim format-check fuzz mutation soak stress
.PHONY: check-units e2e-distros
