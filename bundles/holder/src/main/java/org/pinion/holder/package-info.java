/** Holds address spaces while the core's bundle is replaced, and gives back what no core takes. */
package org.pinion.holder;
