/**
 * What the memory areas of this process tell about the memory of sections: whether the kernel can pin it, and why not.
 * Classification is a function of areas, mounts and sections; only the classifier reads files.
 */
package org.pinion.memory.vma;
