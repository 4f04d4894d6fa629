package dev.cloister.image.sbom;

/**
 * Something in the image that somebody else makes and may have to mend.
 *
 * @param type CycloneDX's kind of component: {@code library}, {@code platform}, …
 * @param name its name
 * @param version its version, empty where it does not tell
 * @param purl its package URL, which names it worldwide
 * @param path the file of the image that says so
 */
record Component(String type, String name, String version, String purl, String path) implements Comparable<Component> {
    @Override
    public int compareTo(Component other) {
        int byUrl = purl.compareTo(other.purl);
        return byUrl != 0 ? byUrl : path.compareTo(other.path);
    }
}
