feed "kev" "cisa" {
  source  = "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"
  max_age = "14d"
}

feed "osv" "debian" {
  source   = "mirror/osv/Debian/all.zip"
  max_size = 2048
  sha256   = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
}

feed "apt" "security" {
  source        = "https://security.debian.org/debian-security"
  signed_by     = "/usr/share/keyrings/debian-archive-keyring.gpg"
  suite         = "bookworm-security"
  components    = ["main"]
  architectures = ["amd64", "arm64"]
}

feed "apt" "agents" {
  source    = "https://packages.example.com/debian"
  suite     = "agents-12"
  codename  = "stable"
  ecosystem = "Debian:12"
}

feed "updateinfo" "alma" {
  source    = "https://repo.almalinux.org/almalinux/9/BaseOS/x86_64/os"
  ecosystem = "AlmaLinux:9"
  timeout   = "10m"
}

feed "oval" "red_hat" {
  source = "https://security.access.redhat.com/data/oval/v2/RHEL9/rhel-9-including-unpatched.oval.xml.bz2"
}
