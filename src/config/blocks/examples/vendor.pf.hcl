vendor "acme" {
  name     = "Acme Databases, duty desk"
  phone    = "+49 30 5550100"
  email    = "duty@acme.example"
  url      = "https://support.acme.example/cases"
  hours    = "24 hours, 7 days"
  contract = "4711-A"
  case     = "C-99881"
  note     = "Ask for the replication team."
}

component "command" "ledger" {
  patch_level = "7"
  vendor      = vendor.acme
  read        = ["cat", "level"]
  patch       = ["sh", "-c", "echo $PATCHFORM_LEVEL > level"]
  snapshot    = ["sh", "-c", "cp level $PATCHFORM_SNAPSHOT && echo $PATCHFORM_SNAPSHOT"]
  restore     = ["sh", "-c", "cp $PATCHFORM_SNAPSHOT level"]
}
