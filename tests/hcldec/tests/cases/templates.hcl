a = [<<EOT
%{ for x in l ~}
- ${x}
%{ endfor ~}
EOT
, "%{ if l[0] == "a" }yes%{ else }no%{ endif }", "$${x} %%{y}", "\u00e9 \t"]