component "release" "database" {
  path        = "/srv/database"
  patch_level = "1"
}

component "release" "web" {
  for_each    = toset(["a", "b"])
  path        = "/srv/web-${each.key}"
  patch_level = "1"
}

policy "bod-26-04" {
  exception "misspelt" {
    component = "release.databse"
    because   = "No way in."
    until     = "2027-01-31"
  }

  exception "no-instance" {
    component = "release.web"
    because   = "No way in."
    until     = "2027-01-31"
  }

  exception "fine" {
    component = "release.web[\"a\"]"
    because   = "No way in."
    until     = "2027-01-31"
  }
}
