package org.pinion.itests;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.osgi.framework.Constants;

/** The spi as it may be one day: every interface has one more default method, every package the next minor version. */
final class GrownSpi {

    /** The method that no plugin knows. */
    static final String METHOD = "addedLater";

    /** What it answers. */
    static final String ANSWER = "the default";

    private GrownSpi() {}

    static void write(Path spi, Path grown) throws IOException {
        try (JarInputStream in = new JarInputStream(Files.newInputStream(spi));
                OutputStream file = Files.newOutputStream(grown);
                JarOutputStream out = new JarOutputStream(file, raised(in.getManifest()))) {
            for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                out.putNextEntry(new JarEntry(entry.getName()));
                out.write(grown(entry.getName(), in));
                out.closeEntry();
            }
        }
    }

    private static Manifest raised(Manifest manifest) {
        Attributes headers = manifest.getMainAttributes();
        String exports = headers.getValue(Constants.EXPORT_PACKAGE);
        headers.putValue(Constants.EXPORT_PACKAGE, exports.replaceAll("version=\"1\\.[0-9]+\\.[0-9]+\"", "version=\"1.99.0\""));
        return manifest;
    }

    private static byte[] grown(String name, InputStream in) throws IOException {
        byte[] bytes = in.readAllBytes();
        if (!name.endsWith(".class") || name.endsWith("package-info.class")) {
            return bytes;
        }
        ClassFile classes = ClassFile.of();
        ClassModel model = classes.parse(bytes);
        boolean contract = model.flags().has(AccessFlag.INTERFACE) && !model.flags().has(AccessFlag.ANNOTATION);
        return contract ? classes.transformClass(model, withOneMoreMethod()) : bytes;
    }

    private static ClassTransform withOneMoreMethod() {
        return ClassTransform.endHandler(type -> type.withMethodBody(
                METHOD,
                MethodTypeDesc.of(ConstantDescs.CD_String),
                ClassFile.ACC_PUBLIC,
                code -> code.loadConstant(ANSWER).areturn()));
    }
}
