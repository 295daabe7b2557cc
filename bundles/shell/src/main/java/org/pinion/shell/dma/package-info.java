/**
 * Proves a plan by moving bytes: memory that stands in for a guest's, a driver for a device that does DMA, and the
 * check.
 */
package org.pinion.shell.dma;
