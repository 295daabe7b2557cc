/** Trying out an operator's own rules: reading them as a configuration, and planning with them. */
package org.pinion.shell.rules;
