/**
 * The command line of {@code pinion}: options, help, exit codes.
 */
package org.pinion.shell.command;
