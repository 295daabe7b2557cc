package org.pinion.backend.iommufd;

import org.pinion.api.RangeSet;

/**
 * What an IOAS lets be mapped, as {@code IOMMU_IOAS_IOVA_RANGES} tells.
 *
 * @param usable the addresses outside everything reserved; whether they are mapped already does not matter
 * @param alignment bytes of which starts and lengths must be multiples
 */
record IovaRanges(RangeSet usable, long alignment) {}
