-- Who pushed the key of EC2 Instance Connect that a login used (Athena). key.request of our
-- record is the requestID of CloudTrail's SendSSHPublicKey event. Tables: cloudtrail_logs as
-- AWS's documentation makes it, iamlogin_audit over the exported JSON lines.
SELECT a.time, a.account, a.instance, a.rhost, a.verdict, a.person.arn AS person,
       t.useridentity.arn AS caller, t.sourceipaddress, t.requestid
FROM iamlogin_audit a
LEFT JOIN cloudtrail_logs t
  ON t.requestid = a.key.request
 AND t.eventsource = 'ec2-instance-connect.amazonaws.com'
 AND t.eventname = 'SendSSHPublicKey'
WHERE a.event = 'session' AND a.key.source = 'eic'
  AND a.time > to_iso8601(current_timestamp - INTERVAL '1' DAY)
ORDER BY a.time;
