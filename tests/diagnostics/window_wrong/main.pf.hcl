maintenance_window "zone" {
  timezone = "Europe/Berln"
  start    = "01:00"
  duration = "3h"
}

maintenance_window "city" {
  timezone = "New York"
  start    = "01:00"
  duration = "3h"
}

maintenance_window "nowhere" {
  timezone = "Middle-earth/Shire"
  start    = "01:00"
  duration = "3h"
}

maintenance_window "start" {
  timezone = "UTC"
  start    = "25:00"
  duration = "3h"
}

maintenance_window "no_start" {
  timezone = "UTC"
  duration = "3h"
}

maintenance_window "no_zone" {
  start    = "01:00"
  duration = "3h"
}

maintenance_window "no_duration" {
  timezone = "UTC"
  start    = "01:00"
}

maintenance_window "days" {
  timezone = "UTC"
  start    = "01:00"
  duration = "3h"
  days     = ["tue", "thursday", "6th mon"]
}

maintenance_window "long" {
  timezone = "UTC"
  start    = "01:00"
  duration = "25h"
}

maintenance_window "longer" {
  timezone = "UTC"
  start    = "01:00"
  duration = "400d"
  days     = ["1st mon"]
}

maintenance_window "short" {
  timezone = "UTC"
  start    = "01:00"
  duration = "30s"
}

maintenance_window "no_length" {
  timezone = "UTC"
  start    = "01:00"
  duration = "three hours"
}

maintenance_window "cron" {
  timezone = "UTC"
  cron     = "0 25 * * *"
  duration = "1h"
}

maintenance_window "cron_fields" {
  timezone = "UTC"
  cron     = "@daily"
  duration = "1h"
}

maintenance_window "cron_never" {
  timezone = "UTC"
  cron     = "0 1 30 feb *"
  duration = "1h"
}

maintenance_window "cron_often" {
  timezone = "UTC"
  cron     = "*/30 * * * *"
  duration = "1h"
}

maintenance_window "both" {
  timezone = "UTC"
  start    = "01:00"
  cron     = "0 1 * * *"
  duration = "1h"
}

maintenance_window "except" {
  timezone = "UTC"
  start    = "01:00"
  duration = "1h"
  except   = ["2026-12-24", "2026-02-30", "2027-01-06..2026-12-20", "2026-12-24..12-31"]
}

maintenance_window "swallowed" {
  timezone = "UTC"
  cron     = "0 1 25 dec *"
  duration = "1h"
  except   = ["12-20..01-06"]
}

maintenance_window "emergency" {
  timezone  = "UTC"
  start     = "01:00"
  duration  = "1h"
  emergency = ["anna", ""]
}

maintenance_window "unknown" {
  timezone = "UTC"
  start    = "01:00"
  duration = "1h"
  day      = ["tue"]
  weekly {}
}

maintenance_window "twice" {
  timezone = "UTC"
  start    = "01:00"
  duration = "1h"
}

maintenance_window "twice" {
  timezone = "UTC"
  start    = "02:00"
  duration = "1h"
}
