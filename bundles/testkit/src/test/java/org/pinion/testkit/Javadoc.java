package org.pinion.testkit;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The Javadoc of a type as a reader sees it: without markup, in one line each. */
final class Javadoc {

    private static final List<Path> SOURCES = Stream.of("api", "spi", "linux")
            .map(bundle -> Path.of("..", bundle, "src/main/java"))
            .toList();

    private static final String PACKAGE = "package-info";

    private final Map<String, List<String>> texts = new TreeMap<>();

    private Javadoc() {}

    /** Reads the sources of a type of the api, the spi or the linux bundle. */
    static Javadoc of(Class<?> type) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            var task = (JavacTask) compiler.getTask(
                    null, files, null, List.of("-proc:none"), null, files.getJavaFileObjects(source(type)));
            Javadoc javadoc = new Javadoc();
            for (CompilationUnitTree unit : task.parse()) {
                javadoc.new Scanner(DocTrees.instance(task), type.getSimpleName()).scan(unit, null);
            }
            javadoc.texts.put(PACKAGE, List.of(ofPackage(type.getPackageName())));
            return javadoc;
        }
    }

    /** {@return what is said about a package of the api, the spi or the linux bundle} */
    static String ofPackage(String name) throws IOException {
        String text = Files.readString(source(name + "." + PACKAGE));
        return plain(text.substring(0, text.indexOf("*/")).replaceAll("(?m)^ *(/\\*)?\\*", ""));
    }

    private static Path source(Class<?> type) {
        Class<?> outermost = type;
        while (outermost.getEnclosingClass() != null) {
            outermost = outermost.getEnclosingClass();
        }
        return source(outermost.getName());
    }

    private static Path source(String type) {
        String file = type.replace('.', '/') + ".java";
        return SOURCES.stream()
                .map(root -> root.resolve(file))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no sources of " + type));
    }

    /** {@return what is said about a method, for each of that name; about the type if the name is empty} */
    List<String> about(String method) {
        return texts.getOrDefault(method, List.of());
    }

    private static String plain(String comment) {
        return comment.replaceAll("\\{@(?:linkplain|link)\\s+[^\\s}]+\\s+([^}]+)}", "$1")
                .replaceAll("\\{@link\\s+#?([^}]+)}", "$1")
                .replaceAll("\\{@(?:code|value)\\s+([^}]+)}", "$1")
                .replaceAll("\\{@return\\s+", "")
                .replace('#', '.')
                .replaceAll("</?\\w+>", "")
                .replaceAll("\\s+", " ")
                .strip();
    }

    private final class Scanner extends TreePathScanner<Void, Void> {

        private final DocTrees trees;
        private final String wanted;
        private String type = "";

        Scanner(DocTrees trees, String wanted) {
            this.trees = trees;
            this.wanted = wanted;
        }

        @Override
        public Void visitClass(ClassTree node, Void nothing) {
            String around = type;
            type = node.getSimpleName().toString();
            keep("");
            super.visitClass(node, nothing);
            type = around;
            return null;
        }

        @Override
        public Void visitMethod(MethodTree node, Void nothing) {
            keep(node.getName().toString());
            return super.visitMethod(node, nothing);
        }

        private void keep(String name) {
            String comment = trees.getDocComment(getCurrentPath());
            if (type.equals(wanted) && comment != null) {
                texts.computeIfAbsent(name, _ -> new ArrayList<>()).add(plain(comment));
            }
        }
    }
}
