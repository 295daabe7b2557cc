/** What the emulated machine is: its kernel, its limits, its devices; and the file that describes it. */
package org.pinion.emulator.host;
