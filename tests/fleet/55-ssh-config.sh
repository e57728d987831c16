#!/bin/bash
# Where the inventory says `ssh.config: true`, user, identity, known hosts and ProxyJump come from the operator's ssh.
. "$(dirname "$0")/lib.sh"

fleet_up --pairs 2 --standbys 1
python3 - "$LAB_INVENTORY" "$work/inventory.yml" <<'END'
import re, sys
text = open(sys.argv[1]).read()
text = text.replace("skyscape: {ssh: {jump: jumpbox-1.skyscape}}", "skyscape: {ssh: {config: true}}")
text = re.sub(r"ssh: \{user: deploy, port: 22, identities: \[[^]]*\], known_hosts: \[[^]]*\]\}", "ssh: {config: true}", text, count=1)
open(sys.argv[2], "w").write(text)
END
cat >"$work/ssh_config" <<END
Host 10.99.2.*
  ProxyJump 10.99.1.5
Host *
  User deploy
  IdentityFile $LAB_IDENTITY
  UserKnownHostsFile $LAB_KNOWN_HOSTS
END
rm -f "$PGRESYNC_DB"*
ok "the inventory without users, keys and jump hosts is imported" "$program" inventory import "$work/inventory.yml"

export PGRESYNC_SSH_CONFIG=$work/ssh_config
run status
ok "every standby is reached, those behind the ProxyJump too" expect 0 streaming
ok "none is unknown" sh -c "! grep -q unknown '$work/out'"

sed -i 's/^  ProxyJump.*/  ProxyCommand nc %h %p/' "$work/ssh_config"
run status
ok "a ProxyCommand is not run, and that is said" grep -q "name a jump host" "$work/out"

sed -i 's/^  User deploy/  User nobody/; /ProxyCommand/d' "$work/ssh_config"
run status
ok "the user of ssh_config counts" expect 4 "does not answer"
