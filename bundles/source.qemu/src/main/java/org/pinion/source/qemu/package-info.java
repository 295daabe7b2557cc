/**
 * The flat view of a QEMU guest: from a capture of {@code info mtree -f} or from a running QEMU's QMP socket. Reading
 * is at the rim ({@code CaptureFile}, {@code QmpMonitor}); everything between the text and the flat view is a pure
 * function.
 */
package org.pinion.source.qemu;
