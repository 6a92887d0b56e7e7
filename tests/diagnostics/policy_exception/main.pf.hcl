policy "bod-26-04" {
  exception "everything" {
    because = "We are busy."
    until   = "2027-01-31"
  }

  exception "odd" {
    cve     = "CVE-26-1"
    because = "No way in."
    until   = "next year"
  }

  exception "odd" {
    cve     = "CVE-2026-10001"
    because = "No way in."
    until   = "2027-01-31"
  }

  exception "backwards" {
    cve     = "CVE-2026-10001"
    because = "No way in."
    from    = "2027-02-01"
    until   = "2027-01-31"
  }

  exception "silent" {
    cve = "CVE-2026-10001"
  }
}

policy "kev-due" {
  exception "no-advisory" {
    advisory = "CVE-2026-10001"
    because  = "No way in."
    until    = "2027-01-31"
  }

  exception "nor-this" {
    advisory = "no id"
    because  = "No way in."
    until    = "2027-01-31"
  }
}
