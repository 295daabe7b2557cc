/**
 * A backend of Pinion over vhost-vdpa: the address space of a device is the IOTLB behind its {@code /dev/vhost-vdpa-N},
 * filled by messages (Linux: drivers/vhost/vdpa.c, include/uapi/linux/vhost.h). Nothing is exported.
 */
package org.example.vhostvdpa;
