/**
 * Plans, tables and lists as people and programs read them. Pure: the same values give the same bytes.
 */
package org.pinion.shell.report;
