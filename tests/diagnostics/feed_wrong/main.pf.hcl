feed "osvv" "a" {
  source = "all.zip"
}

feed "kev" "b" {
  source    = "kev.json"
  sourse    = "kev.json"
  suite     = "bookworm"
  signed_by = "keys.gpg"
  sha256    = "abc"
  max_age   = "3 days"
  max_size  = 0
}

feed "apt" "c" {
  source     = "https://deb.debian.org/debian"
  components = []
  sha256     = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
}

feed "apt" "d" {
  source     = "https://deb.debian.org/debian"
  suite      = " bookworm"
  components = ["../main"]
}

feed "epss" "b" {
  source  = "epss.csv"
  max_age = "1s"
}

feed "epss" {
  source = "epss.csv"
}

feed "csaf" "e" {
}

component "release" "web" {
  path        = "${feed.kev.source}/web"
  patch_level = "1"
}

feed "oval" "f" {
  source    = "oval.xml"
  signed_by = "keys.gpg"
}

feed "updateinfo" "g" {
  source = "repo"
}

feed "apt" "h" {
  source    = "https://deb.debian.org/debian"
  suite     = "stable"
  ecosystem = "Debian"
}
