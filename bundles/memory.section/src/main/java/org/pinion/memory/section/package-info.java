/** The classifier that goes by what a section says of itself; it looks at no memory. */
package org.pinion.memory.section;
