policy "bod-26-04" {
  exception "no-way-in" {
    cve       = "CVE-2026-10001"
    component = "command.ledger"
    because   = "The daemon is not started there, and nobody can log in."
    from      = "2026-11-01"
    until     = "2027-01-31"
  }

  exception "known-good" {
    advisory = "DSA-5900-1"
    because  = "The vendor's own scanner says that this build has the fix."
    until    = "2027-01-31"
  }
}

policy "x1642" {
  terms = { critical = "3d", high = "14d", medium = "30d", low = "90d" }
}

component "command" "ledger" {
  patch_level = "7"
  exposure    = "internal"
  read        = ["cat", "level"]
  patch       = ["sh", "-c", "echo $PATCHFORM_LEVEL > level"]
  snapshot    = ["sh", "-c", "cp level $PATCHFORM_SNAPSHOT && echo $PATCHFORM_SNAPSHOT"]
  restore     = ["sh", "-c", "cp $PATCHFORM_SNAPSHOT level"]
}
