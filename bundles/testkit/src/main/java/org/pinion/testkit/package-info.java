/**
 * What a plugin must keep, as tests: an author subclasses the contract of what the plugin is, and says where its pieces
 * come from. Every test is a {@link org.pinion.testkit.Rule} that quotes the Javadoc it comes from.
 */
package org.pinion.testkit;
