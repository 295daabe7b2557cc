/**
 * What Linux's own tests of iommufd (tools/testing/selftests/iommu) check, written anew in Java for any {@link
 * org.pinion.linux.Kernel}. A class is a fixture, or a part of one; a display name is the name that Linux's test has.
 */
package org.pinion.conformance;
