/**
 * Open files that outlive a process: both ends of what systemd speaks with a service, and how a process is started with
 * files of another one. The launcher has this package on its class path and plays the part of systemd with it.
 */
package org.pinion.linux.notify;
