level "apt.web" {
<<<<<<< HEAD
  resolved = "2026-11-27"
=======
  resolved = "2026-11-26"
>>>>>>> topic
  levels = {}
}
