/**
 * The launcher: starts the OSGi framework with the shipped bundles, and either hands the command line to the
 * {@code pinion} command or stays up. It lives outside the framework and knows no bundle by its classes.
 */
package org.pinion.runtime;
