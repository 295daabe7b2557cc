/**
 * The plugins that are there: who is in use, who is shadowed, who has failed; and the guard under which they are asked,
 * so that a sick one harms nobody but the operation that needed it.
 */
package org.pinion.core.plugin;
