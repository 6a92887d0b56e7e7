locals {
<<<<<<< HEAD
  a = 1
=======
  b = 2
>>>>>>> other
}
