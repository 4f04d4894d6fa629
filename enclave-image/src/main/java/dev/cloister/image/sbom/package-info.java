/** The bill of materials of an image: the packages, libraries and runtimes in it, found in its own files. */
@NullMarked
package dev.cloister.image.sbom;

import org.jspecify.annotations.NullMarked;
