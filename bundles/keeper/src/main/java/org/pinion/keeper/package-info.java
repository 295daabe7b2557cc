/**
 * Keeps address spaces while there is no process: their files with whoever starts the process, and beside them a record
 * of what they are, which is current at any moment.
 */
package org.pinion.keeper;
