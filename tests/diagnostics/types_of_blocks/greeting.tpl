Hello ${upper(name)}
%{ for key, host in hosts ~}
${key}: ${host.port}
%{ endfor ~}
