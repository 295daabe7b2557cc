/** What a file descriptor stands for, and the table of them. */
package org.pinion.emulator.file;
