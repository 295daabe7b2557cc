/**
 * The acceptance tests that run on a real kernel with devices that do DMA. They act through the api, as any application
 * does, or, where they are about a device alone, through the bundle {@code device} as a backend does; and look at the
 * kernel on their own: its log, {@code /sys} and {@code /proc}.
 */
package org.pinion.lab;
