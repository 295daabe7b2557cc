/**
 * IO address spaces over VFIO groups ({@code /dev/vfio/N}) and containers ({@code /dev/vfio/vfio}) of type1. A session
 * is one container; {@link org.pinion.backend.vfio.Container} and {@link org.pinion.backend.vfio.Group} issue the
 * ioctls, the classes named {@code …Causes} say in words why one was refused.
 */
package org.pinion.backend.vfio;
