/**
 * What plugins are to Pinion. The packages below say what the author of each kind implements; here is what the bundle
 * of every plugin keeps, whatever is in it.
 *
 * <p>Its manifest has a symbolic name and a version, by which the bundle is told from others and its next version from
 * it. It can be resolved with what Pinion's framework has: the exported packages of api, spi and linux, SLF4J, and
 * OSGi's declarative services, configuration and events. It imports nothing of the core, names no bundle that it
 * requires, and imports nothing dynamically: it would then depend on what may change with any release. What it imports
 * of Pinion ends before the next major version, in which methods may be gone.
 *
 * <p>Every component that it describes is a class of its own that implements what it provides. Dropped into an
 * assembled Pinion, it starts without a complaint, and every component that waits for no configuration is a plugin that
 * the core uses, or one that says why it is unavailable on the machine.
 */
package org.pinion.spi;
