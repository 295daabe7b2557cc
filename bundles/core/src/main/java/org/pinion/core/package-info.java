/**
 * The microkernel's components: what binds plugins and configuration, and the services it offers. Everything below is
 * plain Java that knows no framework.
 */
package org.pinion.core;
