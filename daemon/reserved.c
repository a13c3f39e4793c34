/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reserved.c - names that are never published, whatever IAM says; contract in local.h
 *
 * A name on this list belongs to the system even where the account does not exist yet: the
 * package that makes it may be installed tomorrow, and groups like docker, lxd, disk or adm
 * are as good as root (guest-oslogin put everybody there once: CVE-2020-8903, -8907, -8933).
 * Sources: base-passwd and the system users of Debian 12 packages; setup's uidgid of RHEL
 * and Fedora; the users of Amazon Linux and the default users of the cloud images; ssm-user
 * of the Session Manager agent; names that administrators give sudo rules to.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base.h"
#include "daemon/local.h"

/* Sorted by strcmp(3): looked up by bisection. test_local.c looks up names from all over it. */
static const char *const reserved[] = {
	/* clang-format off */
	"Debian-exim", "_apt", "_chrony", "_flatpak", "_gvm", "_rpc", "_ssh", "abrt",
	"adm", "admin", "administrator", "administrators", "admins", "alma",
	"almalinux", "alpine", "amavis", "amazon", "amazon-ssm-agent", "ansible",
	"aoss", "apache", "arch", "asterisk", "audio", "audit", "auditd", "avahi",
	"avahi-autoipd", "aws", "awslogs", "azureuser", "backup", "bin", "bind",
	"bind9", "bird", "bitnami", "bluetooth", "brlapi", "calico", "cdrom", "centos",
	"ceph", "cephadm", "cgred", "chef", "chrony", "cilium", "cinder", "clamav",
	"clamscan", "clevis", "cloud-user", "cockpit-ws", "cockpit-wsinstance",
	"codedeploy", "collectd", "colord", "consul", "containerd", "core", "crontab",
	"cups-pk-helper", "cwagent", "daemon", "datadog", "dbus", "dd-agent", "debian",
	"debian-exim", "debian-tor", "dhcpcd", "dhcpd", "dialout", "dip", "disk",
	"dnsmasq", "docker", "dockerroot", "dockremap", "dovecot", "dovenull", "ec2",
	"ec2-instance-connect", "ec2-user", "ecs", "ecs-agent", "ejabberd",
	"elasticsearch", "etcd", "etcd2", "exim", "fax", "fedora", "flannel",
	"flatpak", "floppy", "freebsd", "freeswitch", "frr", "frrvty", "ftp",
	"fwupd-refresh", "gamemode", "games", "ganesha", "ganglia", "gdm", "gdm3",
	"geoclue", "geoip", "git", "gitlab", "gitlab-runner", "glance", "gluster",
	"gnats", "gnome-initial-setup", "gopher", "grafana", "gssproxy", "guest",
	"haclient", "hacluster", "halt", "haproxy", "hplip", "httpd", "i2p",
	"iamlogin", "iamlogin-keys", "iamlogin-sudo", "iamlogin-users",
	"iamlogin-warden", "icinga", "ident", "identd", "influxdb", "input",
	"insights", "irc", "isc-dhcp-server", "jabber", "jenkins", "jetty",
	"journal-remote", "kernoops", "keystone", "kibana", "kmem", "kube-proxy",
	"kubelet", "kubernetes", "kvm", "landscape", "libstoragemgmt", "libvirt",
	"libvirt-qemu", "libvirtd", "lightdm", "list", "lock", "logstash", "lp",
	"lpadmin", "lxc", "lxd", "mail", "mailman", "mailnull", "man", "mariadb",
	"mem", "memcache", "memcached", "messagebus", "mlocate", "mongod", "mongodb",
	"munin", "mysql", "nagios", "named", "netdata", "netdev", "neutron",
	"newrelic", "news", "nfs", "nfsnobody", "nginx", "nis", "nm-openvpn", "nobody",
	"nogroup", "nomad", "nonroot", "nova", "nrpe", "nscd", "nslcd", "ntp", "ntpd",
	"ntpsec", "opc", "opendkim", "openntpd", "opensearch", "opensuse", "openvpn",
	"operator", "oprofile", "ossec", "pcp", "pcscd", "pegasus", "pipewire",
	"plocate", "plugdev", "podman", "polkit", "polkitd", "pollinate", "postfix",
	"postgres", "postgresql", "printadmin", "privoxy", "prometheus", "prosody",
	"proxy", "pulse", "puppet", "qemu", "quagga", "quaggavty", "rabbitmq", "radvd",
	"redis", "render", "rhsm", "rngd", "rocky", "root", "rpc", "rpcuser", "rsync",
	"rsyncd", "rsyslog", "rtkit", "salt", "sambashare", "saned", "sanlock", "sasl",
	"saslauth", "scanner", "screen", "secdir", "setroubleshoot", "sgx", "shadow",
	"shutdown", "slocate", "smmsp", "smmta", "snap", "snap_daemon", "snapd",
	"spamd", "speech-dispatcher", "splunk", "splunkfwd", "squid", "src", "ssh",
	"ssh_keys", "sshd", "ssl-cert", "ssm-agent", "ssm-user", "ssmuser", "sssd",
	"staff", "stapdev", "stapsys", "stapusr", "statd", "strongswan", "sudo",
	"sudoers", "superuser", "suse", "svn", "swift", "sync", "sys", "syslog",
	"systemd-bus-proxy", "systemd-coredump", "systemd-journal", "systemd-network",
	"systemd-oom", "systemd-resolve", "systemd-timesync", "tang", "tape",
	"tcpdump", "tcsd", "telegraf", "tftp", "tftpd", "tomcat", "toor", "tor", "tss",
	"tty", "ubuntu", "unbound", "unifi", "unscd", "usbmux", "users", "utempter",
	"utmp", "uucp", "uuidd", "vagrant", "varnish", "vault", "vboxusers", "video",
	"voice", "wazuh", "wheel", "whoopsie", "wireguard", "wireshark", "www-data",
	"xray", "ypserv", "zabbix", "znc",
	/* clang-format on */
};

/* Whole families: new members come with new versions of systemd and of ourselves. */
static const char *const families[] = {
	"systemd-",
	"iamlogin",
};

static int
compare(const void *key, const void *element)
{
	const char *const *name = element;

	return strcmp(key, *name);
}

bool
local_is_reserved_name(const char *name)
{
	for (size_t i = 0; i < BASE_N(families); i++)
		if (strncmp(name, families[i], strlen(families[i])) == 0)
			return true;
	return bsearch(name, reserved, BASE_N(reserved), sizeof(reserved[0]), compare) !=
	       NULL;
}
