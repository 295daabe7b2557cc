/**
 * The Gogo commands of scope {@code dma}. Every command returns its text, so that it can be piped; what goes wrong is
 * thrown, and Gogo prints the message.
 */
package org.pinion.shell.gogo;
