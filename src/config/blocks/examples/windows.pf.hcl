maintenance_window "eu_night" {
  timezone  = "Europe/Berlin"
  start     = "01:00"
  duration  = "3h"
  days      = ["tue", "thu"]
  except    = ["12-20..01-06"]
  emergency = ["anna", "root"]
}

maintenance_window "patch_tuesday" {
  timezone = "America/New_York"
  cron     = "30 22 8-14 * *"
  duration = "90m"
}

blackout "rush_hour" {
  timezone   = "Asia/Tokyo"
  start      = "07:30"
  duration   = "2h"
  days       = ["mon", "tue", "wed", "thu", "fri"]
  except     = ["01-01..01-03"]
  components = [command.web]
  reason     = "the users in Japan are on their way to work"
}

blackout "election" {
  timezone  = "Europe/Berlin"
  dates     = ["2029-03-25"]
  emergency = ["anna"]
}

blackout "payroll" {
  timezone = "Europe/Berlin"
  cron     = "0 0 28 * *"
  duration = "1d"
  services = [service.wages]
}

service "wages" {
  members      = [command.web]
  availability = "99.9%"
}

component "command" "web" {
  count       = 2
  patch_level = "7"
  read        = ["cat", "web-${count.index}.level"]
  patch       = ["sh", "-c", "echo $PATCHFORM_LEVEL > web-${count.index}.level"]
  snapshot    = ["sh", "-c", "cp web-${count.index}.level $PATCHFORM_SNAPSHOT && echo $PATCHFORM_SNAPSHOT"]
  restore     = ["sh", "-c", "cp $PATCHFORM_SNAPSHOT web-${count.index}.level"]

  maintenance {
    window = [maintenance_window.eu_night, maintenance_window.patch_tuesday]
  }
}
