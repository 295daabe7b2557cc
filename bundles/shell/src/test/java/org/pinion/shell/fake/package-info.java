/** A host in plain Java: memory, devices and address spaces just clever enough to try the commands on. */
package org.pinion.shell.fake;
