#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# doctor_session_manager.sh - what a host can see of why Session Manager would not work
#
# The agent is a script of its name that sleeps. Runs inside (instance.sh).
# shellcheck source=/dev/null
. /e2e/instance_lib.sh

# says LEVEL REGEX - does doctor say such a line of Session Manager?
says()
{
	iamlogin doctor --json | jq -e --arg level "$1" --arg text "$2" '
		.checks[] | select(.check == "session-manager" and .level == $level and
			((.text | test($text)) or ((.remedy // "") | test($text))))'
}

cat >/usr/bin/amazon-ssm-agent <<'END'
#!/bin/bash
[ "$1" != -version ] || { echo "SSM Agent version: 3.3.987.0"; exit; }
sleep 1000 &
wait
END
chmod 0755 /usr/bin/amazon-ssm-agent
config_for_aws 10m | configure
daemon_start
holds "without an agent there is nothing to look at" says ok 'never started'

mkdir -p /var/lib/amazon/ssm
holds "an agent that does not run is told" says warning 'agent does not run'
holds "so is a watcher that does not" says warning 'iamlogin-warden-sessions'
holds "and a home that is missing, with the remedy" says warning 'iamlogin-warden.path'
setpriv --reuid nobody --clear-groups /usr/bin/amazon-ssm-agent &
agent=$!
holds "an agent that is not root fails" until_holds 30 says failed 'not run as root'
iamlogin doctor >/dev/null
equals "and doctor with it" 2 $?
kill $agent
/usr/bin/amazon-ssm-agent &
/usr/libexec/iamlogin-warden --sessions >>/logs/sessions.log 2>&1 &
/usr/libexec/iamlogin-warden >>/logs/warden.log 2>&1
holds "an agent of root is fine" until_holds 30 says ok 'runs as root'
holds "its version is told" says ok '3\.3\.987\.0'
holds "the watcher is seen" says ok 'are watched'
fails "no home is missing" says warning 'has no home'
holds "the command for the document is said" says ok 'aws ssm get-document'
holds "an account can be run as" says ok '^1 accounts'

touch /etc/sudoers.d/ssm-agent-users
holds "sudo of ssm-user is told" says warning 'ssm-agent-users'
person_tags bob '[{"Key":"SSMSessionRunAs","Value":"bobby"},{"Key":"platform","Value":"other"}]'
iamlogin refresh >/dev/null
holds "a tag that names a refused account is told, with explain" \
    says warning 'explain arn:aws:iam::123456789012:user/people/bob'
rm -r /home/deploy && mkdir /home/deploy
holds "somebody else's home is told" says warning 'is not a directory of deploy'
sed -i 's/^passwd:.*/passwd: files/' /etc/nsswitch.conf
holds "an nsswitch without iamlogin fails" says failed 'getpwnam does not know deploy'
finish
