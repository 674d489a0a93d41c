package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// LibVersion is the version of the npm package @chdb/lib-linux-x64-gnu that this code is written for and tested with. Another version
// of the library is tried, with a warning in State.
const LibVersion = "26.7.3-stable.1"

// libName is the file in that package.
const libName = "libchdb.so"

// FindLib returns the path of the engine's library: the one that BATON_ENGINE_LIB names, else the first of engine/libchdb.so and
// libchdb.so beside the executable and baton/engine/<LibVersion>/libchdb.so in the user's cache folder. Its error is advice.
func FindLib() (string, error) {
	if named := os.Getenv("BATON_ENGINE_LIB"); named != "" {
		path, err := existingFile(named)
		if err != nil {
			return "", fmt.Errorf("BATON_ENGINE_LIB: %w; %s", err, advice)
		}
		return path, nil
	}
	var places []string
	if self, err := os.Executable(); err == nil {
		dir := filepath.Dir(self)
		places = append(places, filepath.Join(dir, "engine", libName), filepath.Join(dir, libName))
	}
	if cache, err := os.UserCacheDir(); err == nil {
		places = append(places, filepath.Join(cache, "baton", "engine", LibVersion, libName))
	}
	for _, p := range places {
		path, err := existingFile(p)
		if err == nil {
			return path, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return "", fmt.Errorf("the embedded ClickHouse engine (%s) is not installed; %s; looked at BATON_ENGINE_LIB (not set), %s",
		libName, advice, strings.Join(places, ", "))
}

const advice = "get it with `make engine`, which installs the npm package @chdb/lib-linux-x64-gnu@" + LibVersion +
	", or set BATON_ENGINE_LIB to a libchdb.so you have"

// existingFile returns the absolute path of a regular file, links resolved by the system when it is opened.
func existingFile(path string) (string, error) {
	st, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !st.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a file", path)
	}
	return filepath.Abs(path)
}
