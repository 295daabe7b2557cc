/**
 * Host memory for DMA: memfds, which a backend can map by file descriptor as well as by address. Nobody else's pages
 * are in them, and the kernel may pin them for as long as it likes.
 */
package org.pinion.memory.memfd;
