/**
 * What is installed and what is to be installed, as values: the table of mappings, and the difference between two
 * tables.
 */
package org.pinion.core.table;
