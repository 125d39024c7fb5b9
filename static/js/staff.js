/** What the staff's pages run besides what every page runs. */
