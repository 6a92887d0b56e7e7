Hello %{ for n in names ~}
${n}, %{ endfor }you
