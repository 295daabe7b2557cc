package org.pinion.conformance;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;

/** An address space with none, one or two mock devices attached. */
abstract class IoasFixture extends IommufdFixture {

    private static final int DEFAULT_BATCH_MEMORY = 65536;

    @Parameter
    IoasVariant variant;

    final int ioas = iommufd.ioas();
    Mock.Device device = Mock.Device.NONE;
    Mock.Device deviceWithPasids = Mock.Device.NONE;
    /** The lowest address that can be mapped. */
    long base;

    @BeforeEach
    final void attachDevices() {
        Expect.succeeds(mock.batchMemory(variant.batchMemory == 0 ? DEFAULT_BATCH_MEMORY : variant.batchMemory));
        for (int i = 0; i < variant.devices; i++) {
            device = mock.attach(ioas);
            base = Mock.APERTURE_START;
            if (KernelUnderTest.has(6, 14)) {
                mock.checkCaches(device);
            }
        }
        if (variant.pasids && KernelUnderTest.has(6, 15)) {
            deviceWithPasids = mock.attach(ioas, Mock.PASIDS);
        }
    }

    @AfterEach
    final void resetBatchMemory() {
        Expect.succeeds(mock.batchMemory(DEFAULT_BATCH_MEMORY));
    }

    final boolean attached() {
        return variant.devices > 0;
    }

    final void map(long address, long length, long iova) {
        Expect.succeeds(iommufd.mapAt(ioas, address, length, iova));
    }

    final void unmap(long iova, long length) {
        Expect.succeeds(iommufd.unmap(ioas, iova, length));
    }
}
