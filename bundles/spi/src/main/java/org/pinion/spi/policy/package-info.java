/**
 * What the author of a policy implements: a {@link org.pinion.spi.policy.MappingPolicy} service says which memory a
 * device may reach.
 *
 * <p>Authors import {@code [1.0,2.0)}: the interface grows by default methods only.
 */
@Export
@Version("1.1.0")
package org.pinion.spi.policy;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
