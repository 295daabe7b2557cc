/**
 * The acceptance tests that run on a real kernel with devices that do DMA. They act through the api, as any application
 * does, and look at the kernel on their own: its log, {@code /sys} and {@code /proc}.
 */
package org.pinion.lab;
